package io.vodis.model;

/**
 * One Redis or Valkey process as declared by the operator.
 *
 * @param datacenter free text, empty if unknown
 * @param replicaGroup whether the server may answer reads as a replica
 */
public record Server(HostAndPort address, String datacenter, boolean replicaGroup) {

  public static Server of(HostAndPort address) {
    return new Server(address, "", false);
  }
}
