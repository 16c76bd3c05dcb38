package io.vodis.proxy.migrate;

import io.vodis.model.HostAndPort;

/** From where to where keys of a database go. */
record PullWay(HostAndPort source, HostAndPort target, int database) {}
