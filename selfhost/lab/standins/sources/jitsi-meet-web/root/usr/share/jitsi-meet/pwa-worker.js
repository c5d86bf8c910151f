/* A stand-in: no service worker. */
