print("truth: not yet")
