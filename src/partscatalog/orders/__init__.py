"""What was bought: placing orders, their states, history, expiry and mails."""
