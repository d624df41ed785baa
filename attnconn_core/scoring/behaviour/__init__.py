"""Predicting behaviour in unseen subjects from connectivity."""
