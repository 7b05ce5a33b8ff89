"""Reads of savings: locks in one order, who may do what, lists, the circle's page, evidence, and what is due."""
