// Package openapitest holds httpadapter's OpenAPI document to what httpadapter
// answers. It is a module of its own, so that the validator is in nobody's
// module graph, and is not published.
package openapitest
