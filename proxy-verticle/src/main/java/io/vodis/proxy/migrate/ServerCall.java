package io.vodis.proxy.migrate;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * A command of the loop's own, and what its reply starts. Whoever sends it looks after its fate.
 */
public final class ServerCall extends Request {

  private final Consumer<String> onReply;
  private final Runnable onLost;

  private ServerCall(Consumer<String> onReply, Runnable onLost) {
    this.onReply = onReply;
    this.onLost = onLost;
  }

  /**
   * Sends a command.
   *
   * @param onReply gets the reply as it came
   * @param onLost called instead if there is none; the command may have been executed
   */
  public static void send(
      BackendConnection connection,
      CopyRun copies,
      List<byte[]> command,
      Consumer<String> onReply,
      Runnable onLost) {
    ByteBuf frame = RespSocket.ALLOCATOR.directBuffer(256);
    RespWriter.arrayHeader(frame, command.size());
    for (byte[] argument : command) {
      RespWriter.bulk(frame, argument);
    }
    connection.send(new ServerCall(onReply, onLost), frame, 0, frame.readableBytes());
    copies.end();
    frame.release();
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  protected boolean hasEffect() {
    return false;
  }

  @Override
  protected void onReply(ByteBuf in, int offset, int length) {
    onReply.accept(in.toString(offset, length, StandardCharsets.ISO_8859_1));
  }

  @Override
  protected void onFailure(byte[] error) {
    onLost.run();
  }
}
