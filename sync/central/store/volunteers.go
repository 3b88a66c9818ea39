package store

import (
	"context"
	"strings"

	"lintai/sync/central/activity"
)

// Volunteers and what they do: package activity.

const volunteerColumns = "number, token, name, phone, fields, times, case_number, resting, registered_at"

func scanVolunteer(r row) (activity.Volunteer, error) {
	var v activity.Volunteer
	var fields, times string
	var resting, registered int64
	err := r.Scan(&v.Number, &v.Token, &v.Name, &v.Phone, &fields, &times, &v.Case, &resting, &registered)
	v.Resting, v.RegisteredAt = resting != 0, moment(registered)
	if all := strings.Fields(fields); len(all) > 0 {
		v.Fields = all
	}
	if all := strings.Fields(times); len(all) > 0 {
		v.Times = all
	}
	return v, err
}

func volunteer(a asker, where string, arg any) (activity.Volunteer, error) {
	v, err := scanVolunteer(a.row("SELECT "+volunteerColumns+" FROM volunteers WHERE "+where, arg))
	return v, none("volunteer", err)
}

// Volunteer finds a volunteer.
func (s *Store) Volunteer(ctx context.Context, number int64) (activity.Volunteer, error) {
	return volunteer(outside{s, ctx}, "number = ?", number)
}

// Volunteers lists all volunteers.
func (s *Store) Volunteers(ctx context.Context) ([]activity.Volunteer, error) {
	rows, err := s.query(ctx, "SELECT "+volunteerColumns+" FROM volunteers ORDER BY number")
	return collect(rows, err, scanVolunteer)
}

func (t activityTx) Volunteer(number int64) (activity.Volunteer, error) {
	return volunteer(t, "number = ?", number)
}
func (t activityTx) VolunteerByToken(token string) (activity.Volunteer, error) {
	return volunteer(t, "token = ? AND token <> ''", token)
}

func (t activityTx) AddVolunteer(v activity.Volunteer) (int64, error) {
	number, err := t.insert("add volunteer", `
		INSERT INTO volunteers (token, name, phone, fields, times, case_number, resting, registered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		v.Token, v.Name, v.Phone, strings.Join(v.Fields, " "), strings.Join(v.Times, " "), v.Case, truth(v.Resting), micros(v.RegisteredAt))
	if err == nil && number == 0 {
		err = activity.ErrExists
	}
	return number, err
}

func (t activityTx) PutVolunteer(v activity.Volunteer) error {
	// Looked for first: a unique key that fails would end PostgreSQL's transaction.
	if other, err := t.VolunteerByToken(v.Token); err == nil && other.Number != v.Number {
		return activity.ErrExists
	}
	n, err := t.exec("put volunteer", `
		UPDATE volunteers SET token = ?, name = ?, phone = ?, fields = ?, times = ?, case_number = ?, resting = ? WHERE number = ?`,
		v.Token, v.Name, v.Phone, strings.Join(v.Fields, " "), strings.Join(v.Times, " "), v.Case, truth(v.Resting), v.Number)
	if err == nil && n == 0 {
		err = activity.ErrNotFound
	}
	return err
}

const taskColumns = "number, title, place, field, starts_at, ends_at, wanted, case_number, made_at, made_by"

func scanTask(r row) (activity.Task, error) {
	var t activity.Task
	var starts, ends, made int64
	err := r.Scan(&t.Number, &t.Title, &t.Place, &t.Field, &starts, &ends, &t.Wanted, &t.Case, &made, &t.MadeBy)
	t.Start, t.End, t.MadeAt = moment(starts), moment(ends), moment(made)
	return t, err
}

const taskByNumber = "SELECT " + taskColumns + " FROM volunteer_tasks WHERE number = ?"

// Task finds a task.
func (s *Store) Task(ctx context.Context, number int64) (activity.Task, error) {
	t, err := scanTask(s.queryRow(ctx, taskByNumber, number))
	return t, none("task", err)
}

func (t activityTx) Task(number int64) (activity.Task, error) {
	one, err := scanTask(t.queryRow(taskByNumber, number))
	return one, none("task", err)
}

// Tasks lists tasks.
func (s *Store) Tasks(ctx context.Context, limit int) ([]activity.Task, error) {
	rows, err := s.query(ctx, "SELECT "+taskColumns+" FROM volunteer_tasks ORDER BY starts_at DESC, number DESC LIMIT ?", bounded(limit))
	return collect(rows, err, scanTask)
}

func (t activityTx) AddTask(v activity.Task) (int64, error) {
	return t.insert("add task", `INSERT INTO volunteer_tasks (title, place, field, starts_at, ends_at, wanted, case_number, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.Title, v.Place, v.Field, micros(v.Start), micros(v.End), v.Wanted, v.Case, micros(v.MadeAt), v.MadeBy)
}

const assignmentColumns = "task, volunteer, duty, minutes, entry, round, at, by"

func scanAssignment(r row) (activity.Assignment, error) {
	var a activity.Assignment
	var at int64
	err := r.Scan(&a.Task, &a.Volunteer, &a.Duty, &a.Minutes, &a.Entry, &a.Round, &at, &a.By)
	a.At = moment(at)
	return a, err
}

func assignments(a asker, task, volunteer int64) ([]activity.Assignment, error) {
	rows, err := a.rows("SELECT "+assignmentColumns+" FROM volunteer_assignments WHERE (?1 = 0 OR task = ?1) AND (?2 = 0 OR volunteer = ?2) ORDER BY task, volunteer", task, volunteer)
	return collect(rows, err, scanAssignment)
}

// Assignments lists who was to do what.
func (s *Store) Assignments(ctx context.Context, task, volunteer int64) ([]activity.Assignment, error) {
	return assignments(outside{s, ctx}, task, volunteer)
}

func (t activityTx) AssignmentsOf(volunteer int64) ([]activity.Assignment, error) {
	return assignments(t, 0, volunteer)
}

func (t activityTx) Assignment(task, volunteer int64) (activity.Assignment, error) {
	a, err := scanAssignment(t.queryRow("SELECT "+assignmentColumns+" FROM volunteer_assignments WHERE task = ? AND volunteer = ?", task, volunteer))
	return a, none("assignment", err)
}

func (t activityTx) PutAssignment(a activity.Assignment) error {
	_, err := t.exec("assignment", "INSERT INTO volunteer_assignments ("+assignmentColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (task, volunteer) DO UPDATE SET duty = excluded.duty, minutes = excluded.minutes, entry = excluded.entry, round = excluded.round, at = excluded.at, by = excluded.by`,
		a.Task, a.Volunteer, string(a.Duty), a.Minutes, a.Entry, a.Round, micros(a.At), a.By)
	return err
}
