"""Pamoja: one platform on which a community saves, spends, learns, is coached and uses AI."""
