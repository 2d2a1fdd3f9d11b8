"""Tests of the simulated year."""
