package staff

import (
	"slices"
	"strings"
)

// Role is what somebody may do. An account has one or several.
type Role string

const (
	Clerk         Role = "clerk"         // 前台、社工: works cases, calls, quarantine, ratings
	Worker        Role = "worker"        // 网格员: works the cases assigned to her, answers calls
	Mediator      Role = "mediator"      // 调解员: works what asks for mediation, and sees nothing else
	Auditor       Role = "auditor"       // 审计: reads logs and figures, moves nothing
	Administrator Role = "administrator" // 管理员: accounts, terminals, documents, and what a clerk may
)

// Roles lists every role, in the order that people read them.
var Roles = []Role{Clerk, Worker, Mediator, Auditor, Administrator}

// Known tells whether it is one of Roles.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// tidyRoles sorts roles as Roles are, each once. ErrRole when one is not known or
// there is none: an account that may do nothing is one to disable.
func tidyRoles(given []Role) ([]Role, error) {
	var all []Role
	for _, r := range Roles {
		if slices.Contains(given, r) {
			all = append(all, r)
		}
	}
	for _, r := range given {
		if !r.Known() {
			return nil, ErrRole
		}
	}
	if len(all) == 0 {
		return nil, ErrRole
	}
	return all, nil
}

// JoinRoles writes roles as a store keeps them: "clerk administrator".
func JoinRoles(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// SplitRoles reads what JoinRoles wrote. Roles that this version does not know are
// left out: what it does not know it does not grant.
func SplitRoles(text string) []Role {
	var all []Role
	for _, word := range strings.Fields(text) {
		if r := Role(word); r.Known() {
			all = append(all, r)
		}
	}
	return all
}
