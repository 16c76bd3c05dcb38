package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;

/** Finds out whether an idle connection still leads anywhere; a lost one closes by itself. */
final class PingRequest extends Request {

  @Override
  protected boolean hasEffect() {
    return false;
  }

  @Override
  protected void onReply(ByteBuf in, int offset, int length) {
    // Any reply will do, also an error.
  }

  @Override
  protected void onFailure(byte[] error) {
    // The connection has said so itself.
  }
}
