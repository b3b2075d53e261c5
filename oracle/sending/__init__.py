"""What leaves under our keys: signed, written down, sent, looked after."""
