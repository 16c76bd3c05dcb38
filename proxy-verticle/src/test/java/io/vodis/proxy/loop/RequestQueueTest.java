package io.vodis.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestQueueTest {

  @Test
  void behavesAsAnyQueue() {
    for (int seed = 0; seed < 100; seed++) {
      compare(new Random(seed));
    }
  }

  /** Long and short queues, over many chunks and back. */
  private static void compare(Random random) {
    RequestQueue<Integer> queue = new RequestQueue<>();
    ArrayDeque<Integer> model = new ArrayDeque<>();
    int length = 1 + random.nextInt(150);
    for (int step = 0; step < 1000; step++) {
      int what = random.nextInt(10);
      if (model.size() < length && what < 6) {
        queue.addLast(step);
        model.addLast(step);
      } else if (what < 9) {
        assertThat(queue.pollFirst()).isEqualTo(model.pollFirst());
      } else {
        assertThat(queue.peekLast()).isEqualTo(model.peekLast());
        assertThat(queue.pollLast()).isEqualTo(model.pollLast());
      }
      assertThat(queue.peekFirst()).isEqualTo(model.peekFirst());
      assertThat(queue.size()).isEqualTo(model.size());
      assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
    }
    assertThat(all(queue)).containsExactlyElementsOf(model);
  }

  private static List<Integer> all(RequestQueue<Integer> queue) {
    List<Integer> all = new ArrayList<>();
    assertThat(
            queue.anyMatch(
                item -> {
                  all.add(item);
                  return false;
                }))
        .isFalse();
    return all;
  }

  @Test
  void takesBackMoreThanOneChunk() {
    RequestQueue<Integer> queue = new RequestQueue<>();
    for (int i = 0; i < 100; i++) {
      queue.addLast(i);
    }
    for (int i = 99; i >= 0; i--) {
      assertThat(queue.pollLast()).isEqualTo(i);
    }
    assertThat(queue.pollLast()).isNull();
    assertThat(queue.pollFirst()).isNull();
    queue.addLast(7);
    assertThat(queue.pollFirst()).isEqualTo(7);
  }

  @Test
  void findsWhatIsThere() {
    RequestQueue<Integer> queue = new RequestQueue<>();
    for (int i = 0; i < 70; i++) {
      queue.addLast(i);
    }
    assertThat(queue.anyMatch(item -> item == 69)).isTrue();
    assertThat(queue.anyMatch(item -> item == 70)).isFalse();
  }
}
