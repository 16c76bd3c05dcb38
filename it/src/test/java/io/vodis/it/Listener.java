package io.vodis.it;

import io.vodis.testsupport.RespClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A client that only listens: everything that comes is kept as text, in order. */
final class Listener implements AutoCloseable {

  private final RespClient client;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile @Nullable String end;

  /** The client has said what it has to say. */
  Listener(RespClient client) {
    this.client = client;
    client.timeout(Duration.ofMinutes(5));
    Thread.ofPlatform().daemon().name("listener").start(this::listen);
  }

  private void listen() {
    try {
      while (true) {
        heard.add(String.valueOf(client.receive()));
      }
    } catch (UncheckedIOException e) {
      end = e.getMessage();
    }
  }

  /** Whether something with these words has come. */
  boolean hasHeard(String words) {
    return heard.stream().anyMatch(message -> message.contains(words));
  }

  /** What has come so far. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  /** Why nothing more will come; null as long as the connection is there. */
  @Nullable String end() {
    return end;
  }

  @Override
  public void close() {
    client.close();
  }
}
