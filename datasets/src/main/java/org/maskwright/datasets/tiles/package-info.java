/** Pictures too large to be trained on whole, as the tiles that they consist of. */
package org.maskwright.datasets.tiles;
