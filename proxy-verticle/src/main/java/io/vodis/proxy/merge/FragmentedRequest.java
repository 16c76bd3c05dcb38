package io.vodis.proxy.merge;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** A request whose keys live in several places; answered when all its fragments are. */
final class FragmentedRequest {

  private final ReplyMerger merger;
  private final Consumer<ByteBuf> onMerged;
  private int unanswered;

  /**
   * Waits for that many replies.
   *
   * @param onMerged gets the reply and owns it
   */
  FragmentedRequest(ReplyMerger merger, int fragmentCount, Consumer<ByteBuf> onMerged) {
    this.merger = merger;
    this.onMerged = onMerged;
    this.unanswered = fragmentCount;
  }

  void onReply(int index, ByteBuf in, int offset, int length) {
    merger.onReply(index, in, offset, length);
    oneAnswered();
  }

  void onError(int index, byte[] error) {
    merger.onError(index, error);
    oneAnswered();
  }

  private void oneAnswered() {
    unanswered--;
    if (unanswered == 0) {
      onMerged.accept(merger.merged());
    }
  }
}
