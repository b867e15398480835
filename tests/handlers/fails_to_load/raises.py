raise ValueError("Cannot be loaded")
