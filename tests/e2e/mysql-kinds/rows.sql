-- SPDX-License-Identifier: Apache-2.0
INSERT INTO parent (b, c) VALUES (1, 'one'), (2, 'two');
INSERT INTO child (pid, e, s, b, shape, dd, y, txt, chk, tt, tm, `odd ``name`, nat) VALUES
  (100, 'a', 'x', 5, point(1, 2), 3.25, 2020, 'né', 4, 'words here', '01:02:03.04', 9, 'ö'),
  (101, 'd''e', 'x,y', 6, point(3, 4), 4.5, 2021, 'x', 5, 'others', '00:00:01', NULL, NULL);
INSERT INTO circle_a VALUES (1, NULL), (2, NULL);
INSERT INTO circle_b VALUES (1, 1, 1), (2, 2, 1);
INSERT INTO versioned VALUES (1, 2, 'x'), (2, 3, 'y');
INSERT INTO versioned2 VALUES (1), (2);
INSERT INTO history VALUES (1), (2);
INSERT INTO booking VALUES (1, '2020-01-01', '2020-01-05'), (1, '2020-01-05', '2020-01-09');
INSERT INTO ranges VALUES (1, '1980-01-01'), (2, '2000-01-01');
INSERT INTO years VALUES (1, '2019-06-01'), (2, '2020-06-01'), (3, '2021-06-01');
INSERT INTO lists VALUES (1), (2), (3), (NULL);
INSERT INTO hashed VALUES (1), (2), (3), (4);
INSERT INTO keyed VALUES (1), (2), (3);
INSERT INTO columned VALUES (1, 'a'), (2, 'z');
INSERT INTO aria VALUES (1, 'x'), (2, 'y');
INSERT INTO pages VALUES (1), (2);
INSERT INTO counted (id, note) VALUES (7, 'seven'), (8, 'é');
INSERT INTO tickets VALUES (), ();
