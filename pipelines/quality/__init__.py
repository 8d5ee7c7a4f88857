def check(a): return None if a.title and a.text else "no text"
