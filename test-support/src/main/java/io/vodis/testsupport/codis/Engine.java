package io.vodis.testsupport.codis;

import io.vodis.model.HostAndPort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection to the redis-server behind a fake: that of one client, or one of the fake. */
final class Engine implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  Engine(HostAndPort address) {
    try {
      socket = new Socket(address.host(), address.port());
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InputStream in() {
    return in;
  }

  OutputStream out() {
    return out;
  }

  void send(List<String> command) {
    try {
      out.write(Wire.bytes(Wire.command(command)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends these and reads as many replies, as they come. */
  byte[] pass(List<List<String>> commands) {
    StringBuilder text = new StringBuilder();
    commands.forEach(command -> text.append(Wire.command(command)));
    try {
      out.write(Wire.bytes(text.toString()));
      List<byte[]> frames = new ArrayList<>();
      int length = 0;
      for (int i = 0; i < commands.size(); i++) {
        byte[] frame = Wire.frame(in);
        frames.add(frame);
        length += frame.length;
      }
      byte[] all = new byte[length];
      int at = 0;
      for (byte[] frame : frames) {
        System.arraycopy(frame, 0, all, at, frame.length);
        at += frame.length;
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Nullable Object call(String... command) {
    return callAll(List.of(List.of(command))).getFirst();
  }

  @Nullable Object call(List<String> command) {
    return callAll(List.of(command)).getFirst();
  }

  List<@Nullable Object> callAll(List<List<String>> commands) {
    StringBuilder text = new StringBuilder();
    commands.forEach(command -> text.append(Wire.command(command)));
    try {
      out.write(Wire.bytes(text.toString()));
      List<@Nullable Object> replies = new ArrayList<>(commands.size());
      for (int i = 0; i < commands.size(); i++) {
        replies.add(Wire.reply(in));
      }
      return replies;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long number(String... command) {
    return call(command) instanceof Long number ? number : 0;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
