"""How orders are paid: attempts at gateways, their events, and the one door for money."""
