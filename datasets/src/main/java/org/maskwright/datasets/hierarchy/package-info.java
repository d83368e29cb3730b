/** Classes that are kinds of others, and data sets in the classes of a level. */
package org.maskwright.datasets.hierarchy;
