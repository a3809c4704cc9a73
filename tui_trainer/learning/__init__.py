"""The stages as plain algorithms: tensors and documents in, typed events out."""
