/* Floating point, in software: bodies that attract each other, and a square matrix. */
#include <math.h>
#include <stdint.h>

#include "rounds.h"

#define BODIES 5
#define SIZE 24

static double place[BODIES][3], speed[BODIES][3], left[SIZE][SIZE], right[SIZE][SIZE];

static void move(double time) {
  for (int i = 0; i < BODIES; i++)
    for (int j = 0; j < BODIES; j++) {
      double apart[3], square = 0.01;
      for (int k = 0; k < 3; k++)
        apart[k] = place[j][k] - place[i][k], square += apart[k] * apart[k];
      for (int k = 0; k < 3; k++)
        speed[i][k] += apart[k] / (square * sqrt(square)) * time;
    }
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++)
      place[i][k] += speed[i][k] * time;
}

uint32_t round_of(uint32_t seed) {
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++)
      place[i][k] = i * 1.5 + k * 0.25 + seed % 7, speed[i][k] = 0.1 * (k - 1);
  for (int step = 0; step < 60; step++)
    move(0.01);
  double sum = exp(-place[0][0] * place[0][0]) + sin(place[1][1]);
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++)
      left[i][j] = (double)(i ^ j) / SIZE, right[i][j] = (double)(i + j) / SIZE;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) {
      double cell = 0;
      for (int k = 0; k < SIZE; k++)
        cell += left[i][k] * right[k][j];
      sum += cell;
    }
  return (uint32_t)(int32_t)(sum * 1000);
}
