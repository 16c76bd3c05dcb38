package io.vodis.testsupport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An out-of-band message of RESP3. */
public record RespPush(List<@Nullable Object> items) {}
