package credentials

import (
	"strings"
)

// partition is a part of AWS with domain names of its own.
type partition struct {
	prefix    string // of the names of its regions
	suffix    string // of host names
	dualStack string // of host names that also have IPv6
}

// partitions lists those that are not the standard one, after AWS's own
// endpoint data (botocore's partitions.json, November 2026).
var partitions = []partition{
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"us-gov-", "amazonaws.com", "api.aws"},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
}

var standardPartition = partition{suffix: "amazonaws.com", dualStack: "api.aws"}

func partitionOf(region string) partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p
		}
	}
	return standardPartition
}

// hasFIPS reports whether Bedrock can have a FIPS endpoint in a region: AWS has
// them in the United States and Canada.
func hasFIPS(region string) bool {
	geography, _, _ := strings.Cut(region, "-")
	return geography == "us" || geography == "ca"
}

// bedrockHost returns the host of Bedrock's runtime in a valid region.
func bedrockHost(region string, fips, dualStack bool) string {
	service, suffix := "bedrock-runtime", partitionOf(region).suffix
	if fips {
		service += "-fips"
	}
	if dualStack {
		suffix = partitionOf(region).dualStack
	}
	return service + "." + region + "." + suffix
}

// defaultModel returns the inference profile that a region's geography has, or
// "" where nothing sensible is known: models differ by region and retire.
func defaultModel(region string) string {
	if partitionOf(region) != standardPartition {
		return ""
	}
	switch geography, _, _ := strings.Cut(region, "-"); geography {
	case "eu", "us":
		return geography + ".anthropic.claude-sonnet-4-6"
	}
	return ""
}

// uriEncode percent-encodes all but RFC 3986's unreserved characters, as AWS
// wants a path segment; url.PathEscape leaves the colon of a model ID alone.
func uriEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
