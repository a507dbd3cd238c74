"""Users of any model: register, sign in with JWT, change and reset a password."""
