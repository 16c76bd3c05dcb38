package io.vodis.it.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection from some place to a server. What was sent before one end closed may still
 * arrive at the other, unless the receiver has closed itself.
 */
final class SimConnection {

  private final SimServer server;
  private final String from;
  private final Network.Link toServer;
  private final Network.Link toClient;
  private final Consumer<Object> onReply;
  private final Runnable onClosed;
  private boolean closedHere;
  private boolean closedThere;

  // The server's view.
  long id;
  String name = "";

  /** Empty for the default user. */
  String user = "";

  String command = "NULL";
  boolean dirty;
  final Set<String> watched = new HashSet<>();
  @Nullable List<List<String>> transaction;

  /** A command of its transaction was refused. */
  boolean aborted;

  /**
   * A connection that is being made.
   *
   * @param from the place of the client
   */
  SimConnection(
      Network network, String from, SimServer server, Consumer<Object> onReply, Runnable onClosed) {
    this.server = server;
    this.from = from;
    this.toServer = network.new Link(from, server.place());
    this.toClient = network.new Link(server.place(), from);
    this.onReply = onReply;
    this.onClosed = onClosed;
  }

  /** The place of the client. */
  String from() {
    return from;
  }

  /** As the server sees it; processes that are no servers share a machine. */
  String address() {
    int colon = from.indexOf(':');
    return (colon < 0 ? "10.0.0.9" : from.substring(0, colon)) + ":1";
  }

  /** Makes it; {@code onMade} or {@code onRefused} is called at the client. */
  void open(Runnable onMade, Runnable onRefused) {
    toServer.send(
        () -> {
          if (server.isDown()) {
            toClient.send(onRefused);
          } else {
            server.accepted(this);
            toClient.send(onMade);
          }
        });
  }

  void send(List<String> arguments) {
    if (!closedHere) {
      toServer.send(
          () ->
              server
                  .process()
                  .deliver(
                      () -> {
                        if (!closedThere) {
                          server.receive(this, arguments);
                        }
                      }));
    }
  }

  /** The client closes, or is dead. */
  void close() {
    if (!closedHere) {
      closedHere = true;
      toServer.send(() -> server.process().deliver(() -> server.gone(this)));
    }
  }

  boolean isClosedHere() {
    return closedHere;
  }

  boolean isClosedThere() {
    return closedThere;
  }

  /** The server closes: what the client has under way is not heard any more. */
  void closeThere() {
    if (!closedThere) {
      closedThere = true;
      toClient.send(
          () -> {
            if (!closedHere) {
              closedHere = true;
              onClosed.run();
            }
          });
    }
  }

  void reply(Object reply) {
    if (!closedThere) {
      toClient.send(
          () -> {
            if (!closedHere) {
              onReply.accept(reply);
            }
          });
    }
  }
}
