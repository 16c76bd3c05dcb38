package io.vodis.testsupport.codis;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a fake codis-server says about its clients, since the server behind knows only the fake. */
final class CodisClients {

  private final FakeCodisServer server;

  CodisClients(FakeCodisServer server) {
    this.server = server;
  }

  String list() {
    StringBuilder lines =
        new StringBuilder(
            server.sessions().stream()
                .sorted(Comparator.comparingLong(CodisSession::id))
                .map(CodisSession::describe)
                .collect(Collectors.joining()));
    // Connections that it has opened itself are clients like any other.
    server.asyncMoves().forEach(moves -> lines.append(moves.describe()));
    return Wire.bulk(lines.toString());
  }

  /** {@code CLIENT KILL host:port}, or with ID, ADDR and SKIPME. */
  String kill(List<String> request, CodisSession asking) {
    if (request.size() == 3) {
      boolean found = killAll(request.get(2), "ADDR", asking, false) > 0;
      return found ? "+OK\r\n" : Wire.error("No such client");
    }
    long killed = 0;
    boolean skipMe = true;
    for (int i = 2; i + 1 < request.size(); i += 2) {
      if (request.get(i).equalsIgnoreCase("SKIPME")) {
        skipMe = request.get(i + 1).equalsIgnoreCase("yes");
      }
    }
    for (int i = 2; i + 1 < request.size(); i += 2) {
      String filter = request.get(i).toUpperCase(Locale.ROOT);
      if (!filter.equals("SKIPME")) {
        killed += killAll(request.get(i + 1), filter, asking, skipMe);
      }
    }
    return Wire.number(killed);
  }

  private long killAll(String wanted, String filter, CodisSession asking, boolean skipMe) {
    List<CodisSession> found =
        server.sessions().stream()
            .filter(each -> !skipMe || each != asking)
            .filter(
                each ->
                    switch (filter) {
                      case "ID" -> Long.toString(each.id()).equals(wanted);
                      case "ADDR" -> each.address().equals(wanted);
                      case "TYPE" -> wanted.equalsIgnoreCase("normal");
                      default -> false;
                    })
            .toList();
    found.forEach(CodisSession::close);
    long released =
        server.asyncMoves().stream().filter(moves -> moves.kill(filter, wanted)).count();
    return found.size() + released;
  }

  /** INFO of the server behind, with what differs. */
  String info(String reply, List<String> request) {
    if (!reply.startsWith("$") || reply.startsWith("$-1")) {
      return reply;
    }
    if (request.size() > 1 && request.get(1).equalsIgnoreCase("errorstats")) {
      return Wire.bulk("");
    }
    String text = reply.substring(reply.indexOf('\n') + 1, reply.length() - 2);
    return Wire.bulk(
        text.replaceAll("redis_version:[^\r]*", "redis_version:3.2.11")
            .replaceAll(
                "total_connections_received:\\d+",
                "total_connections_received:" + server.accepted())
            .replaceAll("connected_clients:\\d+", "connected_clients:" + server.sessions().size())
            .replaceAll("errorstat_[^\n]*\n", ""));
  }
}
