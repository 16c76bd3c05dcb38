/** Shows the product's figures: the Prometheus page, and pushes through Micrometer's registries. */
@NullMarked
package io.vodis.metrics.expose;

import org.jspecify.annotations.NullMarked;
