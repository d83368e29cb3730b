/** How time and memory grow with the sizes a user chooses, as JSON, a table and charts. */
package org.maskwright.benchmarks.growth;
