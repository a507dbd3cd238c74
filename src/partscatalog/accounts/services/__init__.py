"""Every change of an account: registering, signing in and out, passwords."""
