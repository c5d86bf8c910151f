// not used by the stand-in
