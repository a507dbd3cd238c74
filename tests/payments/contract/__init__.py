"""Every gateway of ours survives what every gateway must."""
