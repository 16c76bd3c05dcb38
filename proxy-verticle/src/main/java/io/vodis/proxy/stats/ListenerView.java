package io.vodis.proxy.stats;

/**
 * What clients of one loop listen to, as a value.
 *
 * @param subscribers clients with subscriptions
 * @param monitors clients in MONITOR
 * @param trackers clients with CLIENT TRACKING on
 * @param messages passed on to clients
 * @param cut clients disconnected because they took too little
 * @param lost connections of subscribers to servers that broke
 */
public record ListenerView(
    int subscribers, int monitors, int trackers, long messages, long cut, long lost) {}
