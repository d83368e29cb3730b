/** A kind of result as an extension brings it, outside Maskwright's packages. */
package example.foreground;
