package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.resp.RequestDecoder;
import java.util.ArrayDeque;

/**
 * The elements of EXEC's reply that the server has not given: what a transaction asked of the proxy
 * itself, handled in order as if it came now, between the replies that are there already. A reply
 * that is an array is nothing but its head and then its elements, so each takes its place in the
 * queue of replies.
 */
public final class Replay implements Detour {

  /**
   * One element.
   *
   * @param bytes the reply, or the request to be handled
   */
  public record Element(CommandSpec spec, byte[] bytes, boolean isReply) {}

  private final Session session;
  private final RequestHandler handler;
  private final ArrayDeque<Element> elements;

  public Replay(Session session, RequestHandler handler, ArrayDeque<Element> elements) {
    this.session = session;
    this.handler = handler;
    this.elements = elements;
  }

  @Override
  public boolean advance(ByteBuf in, RequestDecoder decoder) {
    for (Element next = elements.peekFirst(); next != null; next = elements.peekFirst()) {
      if (next.isReply()) {
        session.replies().write(next.spec(), next.bytes());
        elements.pollFirst();
      } else if (handle(next, decoder)) {
        elements.pollFirst();
      } else {
        return false;
      }
      if (session.isStoppedBut(Stop.CLOSING)) {
        return false;
      }
    }
    session.endDetour();
    return true;
  }

  private boolean handle(Element element, RequestDecoder decoder) {
    ByteBuf frame = Unpooled.wrappedBuffer(element.bytes());
    decodeWhole(decoder, frame);
    boolean done = handler.handle(session, element.spec(), frame, frame.readableBytes());
    decoder.reset();
    return done;
  }

  @Override
  public void onClientGone() {
    elements.clear();
  }

  /** Has the decoder stand on a frame; an argument may be large enough to be reported first. */
  private static void decodeWhole(RequestDecoder decoder, ByteBuf frame) {
    decoder.reset();
    if (decoder.decode(frame) == RequestDecoder.Progress.LARGE) {
      decoder.decode(frame);
    }
  }
}
