/**
 * A codis-server for tests: the SLOTS commands of Codis 3.2 before a real redis-server. Written
 * from the description of their behaviour, to be as strict as the original; it is not fast.
 */
@NullMarked
package io.vodis.testsupport.codis;

import org.jspecify.annotations.NullMarked;
