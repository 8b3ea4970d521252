"""Figures over time, counted by the database."""
