"""What every product stands on; packages here meet only at their `public.py`, in one direction."""
