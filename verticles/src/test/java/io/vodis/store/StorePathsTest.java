package io.vodis.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Role;
import org.junit.jupiter.api.Test;

class StorePathsTest {

  private final StorePaths paths = new StorePaths("codis-demo");

  @Test
  void areThoseOfCodis() {
    assertThat(paths.slot(7)).isEqualTo("/codis3/codis-demo/slots/slot-0007");
    assertThat(paths.group(9999)).isEqualTo("/codis3/codis-demo/group/group-9999");
    assertThat(paths.proxy("f00d")).isEqualTo("/codis3/codis-demo/proxy/proxy-f00d");
    assertThat(paths.topom()).isEqualTo("/codis3/codis-demo/topom");
    assertThat(paths.live(Role.HA, "f00d", "1"))
        .isEqualTo("/codis3/codis-demo/vodis/live/ha/f00d-1");
  }

  @Test
  void areReadBack() {
    assertThat(paths.slotAt(paths.slot(1023))).hasValue(1023);
    assertThat(paths.groupAt(paths.group(1))).hasValue(1);
    assertThat(paths.slotAt(paths.group(1))).isEmpty();
    assertThat(paths.slotAt(paths.slots() + "/slot-007")).isEmpty();
    assertThat(paths.slotAt(paths.slots() + "/slot-00x7")).isEmpty();
    assertThat(paths.isRow(paths.slots())).isFalse();
    assertThat(paths.isRow(paths.epoch())).isFalse();
  }
}
