/** Data sets as ND4J's MultiDataSetIterator, and such iterators as data sets. */
package org.maskwright.datasets.nd4j;
