package io.vodis.model;

/**
 * A process that takes part in a product. It is listed for good under its token and is alive while
 * the ephemeral node of its incarnation exists.
 *
 * @param token stable over restarts on the same machine with the same addresses
 * @param incarnation different at every start, so that a dead process and its successor are never
 *     taken for one another
 * @param serviceAddress the address clients of that role use (proxy port, HTTP API, metrics page)
 * @param adminAddress HTTP health and status of this process
 * @param startTime ISO-8601, UTC
 */
public record Member(
    Role role,
    String token,
    String incarnation,
    HostAndPort serviceAddress,
    HostAndPort adminAddress,
    String datacenter,
    long pid,
    String startTime) {}
