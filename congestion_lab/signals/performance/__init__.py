"""What plans give by formulas: delay and queues by the HCM, green waves."""
