package io.vodis.bus;

/**
 * Anything that travels on the event bus. Every message is an immutable record, so that local
 * delivery may hand over the same instance. Control messages are hints and acknowledgements: the
 * store is the truth, a message may be lost, repeated or late, and each is idempotent.
 */
public sealed interface BusMessage
    permits ProxyCommand, TopomCommand, HaQuery, MemberQuery, MetricsReport, BusReply {}
