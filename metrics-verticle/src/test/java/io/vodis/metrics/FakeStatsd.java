package io.vodis.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes what StatsD would be sent. */
final class FakeStatsd implements AutoCloseable {

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final DatagramSocket socket;

  FakeStatsd(int port) {
    try {
      socket = new DatagramSocket(port, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("fake statsd").start(this::receive);
  }

  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** All lines so far. */
  List<String> lines() {
    return lines;
  }

  private void receive() {
    byte[] buffer = new byte[65_536];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        String text = new String(buffer, 0, packet.getLength(), StandardCharsets.UTF_8);
        text.lines().forEach(lines::add);
      } catch (IOException closed) {
        return;
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
