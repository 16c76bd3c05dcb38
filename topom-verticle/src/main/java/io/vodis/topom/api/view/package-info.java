/** The JSON of the admin API as records; {@code openapi.yaml} says what each field means. */
@NullMarked
package io.vodis.topom.api.view;

import org.jspecify.annotations.NullMarked;
