"""The operator's promise: its sentences, each bound to controls or facts, judged against an audit;
how it changes; the documents that are made of it. Everything but ``keep`` is pure."""
