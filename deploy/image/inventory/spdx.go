package main

import (
	"fmt"
	"net/url"
	"regexp"
)

// The part of SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/) that a list of packages
// needs. Licences are those that stand in each package's copyright file, so NOASSERTION here.
type document struct {
	SPDXVersion   string         `json:"spdxVersion"`
	DataLicense   string         `json:"dataLicense"`
	ID            string         `json:"SPDXID"`
	Name          string         `json:"name"`
	Namespace     string         `json:"documentNamespace"`
	Creation      creation       `json:"creationInfo"`
	Packages      []spdxPackage  `json:"packages"`
	Relationships []relationship `json:"relationships"`
}

type creation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	ID       string      `json:"SPDXID"`
	Name     string      `json:"name"`
	Version  string      `json:"versionInfo"`
	Download string      `json:"downloadLocation"`
	Analyzed bool        `json:"filesAnalyzed"`
	Licence  string      `json:"licenseConcluded"`
	Declared string      `json:"licenseDeclared"`
	Copy     string      `json:"copyrightText"`
	Sums     []checksum  `json:"checksums,omitempty"`
	Refs     []reference `json:"externalRefs,omitempty"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type reference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

func (m Manifest) spdx() document {
	const image = "SPDXRef-Image"
	d := document{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: "lintai-image-" + m.Version,
		Namespace: "urn:lintai:image:" + m.Version,
		Creation:  creation{Created: m.At.Format("2006-01-02T15:04:05Z"), Creators: []string{"Tool: lintai deploy/image/inventory"}},
	}
	add := func(id, name, version, sum, purl string) {
		p := spdxPackage{ID: id, Name: name, Version: version, Download: "NOASSERTION", Licence: "NOASSERTION", Declared: "NOASSERTION", Copy: "NOASSERTION"}
		if sum != "" {
			p.Sums = []checksum{{"SHA256", sum}}
		}
		if purl != "" {
			p.Refs = []reference{{"PACKAGE-MANAGER", "purl", purl}}
		}
		d.Packages = append(d.Packages, p)
	}
	add(image, "lintai-image", m.Version, "", "")
	d.Relationships = append(d.Relationships, relationship{d.ID, "DESCRIBES", image})
	for _, p := range m.Packages {
		id := "SPDXRef-deb-" + notInID.ReplaceAllString(p.Name, "-p")
		add(id, p.Name, p.Version, p.SHA256, fmt.Sprintf("pkg:deb/debian/%s@%s?arch=%s&distro=bookworm", url.PathEscape(p.Name), url.QueryEscape(p.Version), p.Architecture))
		d.Relationships = append(d.Relationships, relationship{image, "CONTAINS", id})
	}
	modules := map[Module]string{}
	for n, one := range m.modules() {
		id := fmt.Sprintf("SPDXRef-go-%d-%s", n+1, notInID.ReplaceAllString(one.Path, "-"))
		modules[one] = id
		add(id, one.Path, one.Version, "", "pkg:golang/"+one.Path+"@"+url.PathEscape(one.Version))
	}
	for _, p := range m.Programs {
		id := "SPDXRef-program-" + p.Name
		add(id, p.Name, m.Version, p.SHA256, "")
		d.Relationships = append(d.Relationships, relationship{image, "CONTAINS", id})
		for _, one := range p.Modules {
			d.Relationships = append(d.Relationships, relationship{id, "STATIC_LINK", modules[one]})
		}
	}
	return d
}
