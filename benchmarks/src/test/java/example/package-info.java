/** An extension as someone else would write it: registration in META-INF/services alone. */
package example;
